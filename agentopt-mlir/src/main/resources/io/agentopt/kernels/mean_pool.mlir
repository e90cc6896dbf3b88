// pooled[b] = s / |s|, s = the sum of hidden[b, t] over the tokens t with mask[b, t] != 0; 0 where |s| is 0. The mean's divisor cancels.
//
// On a processor four tokens, all kept, are added to the sum at a time, while tokens some kilobytes ahead are asked for. The branch is marked, for targets
// that add one at a time.
#vector = affine_map<(j) -> (j)>
#scalar = affine_map<(j) -> ()>
!vector = memref<${d}xf32, strided<[1], offset: ?>>
!block = vector<64xf32>
!hidden = memref<?x?x${d}xf32>
!mask = memref<?x?xi64>

module attributes {transform.with_named_sequence} {
  func.func private @add_token(%hidden: !hidden, %mask: !mask, %b: index, %t: index, %sum: !vector) attributes {passthrough = ["alwaysinline"]} {
    %masked = arith.constant 0 : i64
    %token = memref.subview %hidden[%b, %t, 0] [1, 1, ${d}] [1, 1, 1] : !hidden to !vector
    %flag = memref.load %mask[%b, %t] : !mask
    %kept = arith.cmpi ne, %flag, %masked : i64
    scf.if %kept {
      linalg.generic {indexing_maps = [#vector, #vector], iterator_types = ["parallel"]} ins(%token : !vector) outs(%sum : !vector) {
        ^bb0(%x: f32, %so_far: f32):
          %next = arith.addf %so_far, %x : f32
          linalg.yield %next : f32
      }
    }
    return
  }

  func.func @agentopt_mean_pool(%begin: index, %end: index, %hidden: !hidden, %mask: !mask, %pooled: memref<?x${d}xf32>) {
    %first = arith.constant 0 : index
    %one = arith.constant 1 : index
    %masked = arith.constant 0 : i64
    %zero = arith.constant 0.0 : f32
    %unit = arith.constant 1.0 : f32
    %square = memref.alloca() : memref<f32>
    %tokens = memref.dim %hidden, %one : !hidden
    %true = arith.constant true
    %two = arith.constant 2 : index
    %three = arith.constant 3 : index
    %four = arith.constant 4 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c48 = arith.constant 48 : index
    %c64 = arith.constant 64 : index
    %whole = arith.constant ${whole} : index
    %width = arith.constant ${d} : index
    %tokens_ahead = arith.constant ${tokens_ahead} : index
    %all_masked = arith.constant dense<0> : vector<4xi64>
    %partial = arith.remui %tokens, %four : index
    %whole_groups = arith.subi %tokens, %partial : index
    %flat = memref.collapse_shape %hidden [[0, 1], [2]] : !hidden into memref<?x${d}xf32>
    %token_count = memref.dim %flat, %first : memref<?x${d}xf32>
    %last_token = arith.subi %token_count, %one : index
    scf.for %b = %begin to %end step %one {
      %sequence = arith.muli %b, %tokens : index
      %sum = memref.subview %pooled[%b, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !vector
      linalg.fill ins(%zero : f32) outs(%sum : !vector)
      scf.if %true {
        scf.for %t = %first to %whole_groups step %four {
          %flags = vector.load %mask[%b, %t] : !mask, vector<4xi64>
          %are_kept = arith.cmpi ne, %flags, %all_masked : vector<4xi64>
          %all_kept = vector.reduction <and>, %are_kept : vector<4xi1> into i1
          %first_token = arith.addi %sequence, %t : index
          scf.if %all_kept {
            %t0 = arith.addi %first_token, %first : index
            %t1 = arith.addi %first_token, %one : index
            %t2 = arith.addi %first_token, %two : index
            %t3 = arith.addi %first_token, %three : index
            %later0 = arith.addi %t0, %tokens_ahead : index
            %a0 = arith.minui %later0, %last_token : index
            %later1 = arith.addi %t1, %tokens_ahead : index
            %a1 = arith.minui %later1, %last_token : index
            %later2 = arith.addi %t2, %tokens_ahead : index
            %a2 = arith.minui %later2, %last_token : index
            %later3 = arith.addi %t3, %tokens_ahead : index
            %a3 = arith.minui %later3, %last_token : index
            scf.for %j = %first to %whole step %c64 {
              %j1 = arith.addi %j, %c16 : index
              %j2 = arith.addi %j, %c32 : index
              %j3 = arith.addi %j, %c48 : index
              memref.prefetch %flat[%a0, %j], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a0, %j1], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a0, %j2], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a0, %j3], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a1, %j], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a1, %j1], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a1, %j2], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a1, %j3], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a2, %j], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a2, %j1], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a2, %j2], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a2, %j3], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a3, %j], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a3, %j1], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a3, %j2], read, locality<3>, data : memref<?x${d}xf32>
              memref.prefetch %flat[%a3, %j3], read, locality<3>, data : memref<?x${d}xf32>
              %so_far = vector.load %sum[%j] : !vector, !block
              %x0 = vector.load %flat[%t0, %j] : memref<?x${d}xf32>, !block
              %x1 = vector.load %flat[%t1, %j] : memref<?x${d}xf32>, !block
              %x2 = vector.load %flat[%t2, %j] : memref<?x${d}xf32>, !block
              %x3 = vector.load %flat[%t3, %j] : memref<?x${d}xf32>, !block
              %x01 = arith.addf %x0, %x1 : !block
              %x23 = arith.addf %x2, %x3 : !block
              %x03 = arith.addf %x01, %x23 : !block
              %more = arith.addf %so_far, %x03 : !block
              vector.store %more, %sum[%j] : !vector, !block
            }
            scf.for %j = %whole to %width step %one {
              %so_far = memref.load %sum[%j] : !vector
              %x0 = memref.load %flat[%t0, %j] : memref<?x${d}xf32>
              %x1 = memref.load %flat[%t1, %j] : memref<?x${d}xf32>
              %x2 = memref.load %flat[%t2, %j] : memref<?x${d}xf32>
              %x3 = memref.load %flat[%t3, %j] : memref<?x${d}xf32>
              %x01 = arith.addf %x0, %x1 : f32
              %x23 = arith.addf %x2, %x3 : f32
              %x03 = arith.addf %x01, %x23 : f32
              %more = arith.addf %so_far, %x03 : f32
              memref.store %more, %sum[%j] : !vector
            }
          } else {
            scf.for %u = %first to %four step %one {
              %at = arith.addi %t, %u : index
              func.call @add_token(%hidden, %mask, %b, %at, %sum) : (!hidden, !mask, index, index, !vector) -> ()
            }
          }
        }
        scf.for %t = %whole_groups to %tokens step %one {
          func.call @add_token(%hidden, %mask, %b, %t, %sum) : (!hidden, !mask, index, index, !vector) -> ()
        }
      } else {
        scf.for %t = %first to %tokens step %one {
          %token = memref.subview %hidden[%b, %t, 0] [1, 1, ${d}] [1, 1, 1] : !hidden to !vector
          %flag = memref.load %mask[%b, %t] : !mask
          %kept = arith.cmpi ne, %flag, %masked : i64
          scf.if %kept {
            linalg.generic {indexing_maps = [#vector, #vector], iterator_types = ["parallel"]}
                ins(%token : !vector) outs(%sum : !vector) {
              ^bb0(%x: f32, %so_far: f32):
                %next = arith.addf %so_far, %x : f32
                linalg.yield %next : f32
            }
          }
        }
      } {processor}
      linalg.fill ins(%zero : f32) outs(%square : memref<f32>)
      linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]}
          ins(%sum : !vector) outs(%square : memref<f32>) {
        ^bb0(%x: f32, %squares: f32):
          %xx = arith.mulf %x, %x fastmath<reassoc,contract> : f32
          %next = arith.addf %squares, %xx fastmath<reassoc,contract> : f32
          linalg.yield %next : f32
      }
      %squares = memref.load %square[] : memref<f32>
      %norm = math.sqrt %squares : f32
      %is_zero = arith.cmpf oeq, %norm, %zero : f32
      %divisor = arith.select %is_zero, %unit, %norm : f32
      %scale = arith.divf %unit, %divisor : f32
      linalg.generic {indexing_maps = [#vector], iterator_types = ["parallel"]} outs(%sum : !vector) {
        ^bb0(%x: f32):
          %y = arith.mulf %x, %scale : f32
          linalg.yield %y : f32
      }
    }
    return
  }

  transform.named_sequence @schedule_gpu(%module: !transform.any_op {transform.readonly}) {
    %branch = transform.structured.match ops{["scf.if"]} attributes {processor} in %module : (!transform.any_op) -> !transform.any_op
    transform.scf.take_assumed_branch %branch take_else_branch : (!transform.any_op) -> ()
    transform.yield
  }
}
